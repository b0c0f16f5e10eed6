"""The explorer: a page in the browser where sliders move curves, a world is played school by school, and finished
results are looked through. A server on this machine alone; nothing here decides a number."""
