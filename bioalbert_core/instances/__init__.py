"""From sentences to training instances: segment pairs (SOP), masked tokens (MLM), shards, batches.

An instance is a record of these arrays, all of fixed length (L tokens, at most P predictions):

    token_ids (L,)         [CLS] A [SEP] B [SEP], with masked tokens, then <pad>
    segment_ids (L,)       0 for [CLS] A [SEP], 1 for B [SEP], 0 for padding
    padding_mask (L,)      1 for tokens, 0 for padding
    masked_positions (P,)  the positions to predict, then 0
    masked_ids (P,)        the original ids at these positions, then 0
    masked_weights (P,)    1 for a prediction, 0 for padding
    pair_label ()          0: in order; 1: swapped, or B from another document; -1: no B
"""
