"""Parts that two pages or more are made of: `show(…)` draws one and returns plain values."""
