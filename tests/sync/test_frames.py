"""What frames have of their own reaches the warehouse: images of a group, slices of a DICOM series."""

from tests.sync.synced_warehouse import SyncedWarehouse

FRAMES_BY_TYPE = """
SELECT string_agg(data_type || ' ' || frames, ', ' ORDER BY data_type) FROM (
    SELECT data_unit.data_type, count(*) AS frames
    FROM data_frame JOIN data_unit USING (project_hash, data_hash)
    GROUP BY data_unit.data_type)
"""


def test_images_of_a_group_and_slices_have_their_own_facts(farm: SyncedWarehouse) -> None:
    assert farm.value(FRAMES_BY_TYPE) == "dicom 24, img_group 8"
    assert farm.value("SELECT count(*) FROM data_frame WHERE width IS NULL OR height IS NULL") == 0
    assert farm.value("SELECT count(dicom_instance_uid) FROM data_frame") == 24
    assert farm.value("SELECT count(DISTINCT image_hash) FROM data_frame") == 8
