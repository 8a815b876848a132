"""The country as a plan sees it: municipalities with populations, who takes part, who offers which kind, how many papers each issues. All of it seeded, none of it measured."""
