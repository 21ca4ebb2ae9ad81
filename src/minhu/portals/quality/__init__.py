"""Quality of answers: what staff say of them, questions that wait, figures over time, samples that people judge, evaluation sets."""
