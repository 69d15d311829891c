"""Parts of pages: `show(…)` draws one and returns plain values."""
