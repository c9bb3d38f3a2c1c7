"""A catalogue of the size of five years: 400 lectures, 60 courses, 30,000 paragraphs of transcript, the same every time."""
