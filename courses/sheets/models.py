"""Sign-in sheets (签到表): who was in a room, as somebody keyed it and somebody else confirmed it."""
