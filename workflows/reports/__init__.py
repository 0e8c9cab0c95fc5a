"""The report of lines over a period: figures, highlights, words and a picture."""
