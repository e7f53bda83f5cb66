"""From step to step: what holds is used, what does not is run; and words for why."""
