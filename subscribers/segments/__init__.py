"""Rules over readers: parsed, said as a sentence, compiled to one SQL condition."""
