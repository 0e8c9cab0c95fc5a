"""What support leads and developers ask of an assistant.

Ten everyday wishes are done twice: with composite tools, and by hand. By hand means the single methods alone, used as
a careful assistant does, in the order that the prompts for them gave: look, act, look again, as `true` proves nothing.
What is read anyway is not read twice, and lists are asked for with the narrowest filters that find what is wanted.

The fifteen tasks of a support lead, and the ten of a developer, are done once, by an assistant that knows what people
told it and what answers said.
"""

from tests.workflows.stories import answering, closing, developer, handing_over, lead_actions, lead_overview

STORIES = (*answering.STORIES, *handing_over.STORIES, *closing.STORIES)
LEAD_STORIES = (*lead_overview.STORIES, *lead_actions.STORIES)
DEVELOPER_STORIES = developer.STORIES
