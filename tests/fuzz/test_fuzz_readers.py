"""A sample of the fuzzing that ``fuzz_readers.py`` does at length."""

from fuzz_readers import fuzz


def test_hostile_files_give_documents_or_a_user_error(tmp_path):
    counts = fuzz(300, seed=1, folder=tmp_path)
    assert counts.total() == 300
    assert counts["documents"] > 50
    assert len(counts) > 5
