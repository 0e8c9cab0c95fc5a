"""Ten things that support leads ask of an assistant, each done twice: with composite tools, and by hand.

By hand means the single methods alone, used as a careful assistant does, in the order that the prompts for them gave:
look, act, look again, as `true` proves nothing. What is read anyway is not read twice, and lists are asked for with
the narrowest filters that find what is wanted.
"""

from tests.workflows.stories import answering, closing, handing_over

STORIES = (*answering.STORIES, *handing_over.STORIES, *closing.STORIES)
