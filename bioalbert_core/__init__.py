"""BioALBERT, from raw biomedical text to highlighted entities, small enough to read in a weekend.

The rooms stand in the order of the data flow:

    corpus -> tokenizer -> instances -> albert -> pretrain -> ner -> finetune -> tag -> show

Each stage is also a command, for example ``python -m bioalbert_core.pretrain``. Importing this
package, or any room that only handles text, loads no deep-learning framework.
"""

__version__ = "0.1.0"
