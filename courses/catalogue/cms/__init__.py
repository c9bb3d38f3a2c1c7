"""The Wagtail admin (内容编辑后台, /cms/) as its editors meet it: who enters, what stands in the menu, lists, reports."""
