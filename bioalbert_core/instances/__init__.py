"""Sentences to training instances: pairs of segments (SOP), masked words (MLM), shards, loading.

An instance is one row of these fixed-length arrays (L pieces, P predictions at most):

    token_ids (L,)         [CLS] A [SEP] B [SEP], some pieces masked, then <pad>
    segment_ids (L,)       0 for [CLS] A [SEP], 1 for B [SEP], 0 for padding
    padding_mask (L,)      1 for pieces, 0 for padding
    masked_positions (P,)  where a piece is to be predicted, then 0
    masked_ids (P,)        the piece that stood there, then 0
    masked_weights (P,)    1 for a prediction, 0 for padding
    pair_label ()          0: A and B in order; 1: swapped, or B from another document; -1: no B
"""
