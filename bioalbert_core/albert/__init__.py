"""The model: ALBERT from keras-nlp layers, its heads, and its weights on disk."""
