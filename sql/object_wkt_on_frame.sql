-- grain: one row an object on a frame whose shape well-known text can say
-- after: object_corners_on_frame
CREATE VIEW object_wkt_on_frame AS
SELECT
    project_hash,
    project_title,
    data_hash,
    data_title,
    dataset_title,
    data_type,
    branch_name,
    label_hash,
    label_row_id,
    workflow_stage_title,
    space_id,
    frame,
    object_hash,
    object_name,
    feature_hash,
    ontology_shape,
    -- DuckDB writes 1.0 where PostgreSQL writes 1.
    REGEXP_REPLACE(kind || coordinates, '\.0([ ,)])', '\1', 'g') AS wkt,
    -- Point by point: the brackets before it, x and y in pixels, the brackets after it.
    CASE WHEN kind NOT LIKE '% Z' THEN kind || (
        SELECT
            REGEXP_REPLACE(
                STRING_AGG(
                    REGEXP_REPLACE(token, '[^(].*$', '')
                    || CAST(REGEXP_REPLACE(token, '^[(]*([^ ]+) .*$', '\1') AS DOUBLE PRECISION) * frame_width
                    || ' '
                    || CAST(REGEXP_REPLACE(token, '^.* ([^)]+)[)]*$', '\1') AS DOUBLE PRECISION) * frame_height
                    || REGEXP_REPLACE(token, '^.*[^)]', ''),
                    ',' ORDER BY place
                ),
                '\.0([ ,)])', '\1', 'g'
            )
        -- Side by side, one place a token. WITH ORDINALITY would lock DuckDB before 1.3 out of the whole file.
        FROM (
            SELECT UNNEST(tokens) AS token, GENERATE_SUBSCRIPTS(tokens, 1) AS place
            FROM (SELECT STRING_TO_ARRAY(coordinates, ',') AS tokens) AS split
        ) AS point
    ) END AS wkt_pixels
FROM (
    SELECT
        project_hash, project_title, data_hash, data_title, dataset_title, data_type, branch_name, label_hash,
        label_row_id, workflow_stage_title, space_id, frame, object_hash, object_name, feature_hash, ontology_shape,
        kind,
        CASE kind
            WHEN 'POINT' THEN '(' || x || ' ' || y || ')'
            WHEN 'POINT Z' THEN '(' || REPLACE(TRANSLATE(outline, '[]', ''), ',', ' ') || ')'
            WHEN 'LINESTRING Z'
                THEN TRANSLATE(
                    REGEXP_REPLACE(outline, '\[([^][,]+),([^][,]+),([^][,]+)\]', '\1 \2 \3', 'g'), '[]', '()'
                )
            WHEN 'MULTIPOINT'
                THEN TRANSLATE(REGEXP_REPLACE(outline, '\[([^][,]+),([^][,]+)\]', '(\1 \2)', 'g'), '[]', '()')
            WHEN 'POLYGON' THEN SUBSTR(rings, 2, LENGTH(rings) - 2)
            WHEN 'MULTIPOLYGON' THEN rings
            ELSE TRANSLATE(REGEXP_REPLACE(outline, '\[([^][,]+),([^][,]+)\]', '\1 \2', 'g'), '[]', '()')
        END AS coordinates,
        frame_width,
        frame_height
    FROM (
        SELECT
            project_hash, project_title, data_hash, data_title, dataset_title, data_type, branch_name, label_hash,
            label_row_id, workflow_stage_title, space_id, frame, object_hash, object_name, feature_hash, ontology_shape,
            x,
            y,
            outline,
            CASE
                WHEN told_kind = 'POINT' THEN 'POINT'
                WHEN outline IS NULL THEN NULL
                WHEN told_kind IS NOT NULL THEN told_kind
                WHEN form ~ '^\[\[ring(,ring)*\]\]$' THEN 'POLYGON'
                WHEN form ~ '^\[\[ring(,ring)*\](,\[ring(,ring)*\])+\]$' THEN 'MULTIPOLYGON'
                WHEN form ~ '^\[\[0,0\](,\[0,0\])+\]$' THEN 'LINESTRING'
                WHEN form ~ '^\[\[0,0,0\](,\[0,0,0\])+\]$' THEN 'LINESTRING Z'
                WHEN form = '[0,0,0]' THEN 'POINT Z'
            END AS kind,
            -- x,y,x,y becomes x y,x y; then each ring ends where it began.
            TRANSLATE(
                REGEXP_REPLACE(
                    REGEXP_REPLACE(outline, '([^][,]+),([^][,]+)', '\1 \2', 'g'),
                    '\[([^][,]+)((?:,[^][]*)?)\]', '(\1\2,\1)', 'g'
                ),
                '[]', '()'
            ) AS rings,
            frame_width,
            frame_height
        FROM (
            SELECT
                *,
                -- Each shape has a form of its own (column geometry). A ring has at least three points, a line two.
                REGEXP_REPLACE(
                    REGEXP_REPLACE(outline, '[-+.0-9eE]+', '0', 'g'), '\[0,0,0,0,0,0(,0,0)*\]', 'ring', 'g'
                ) AS form
            FROM (
                SELECT
                    project_hash, project_title, data_hash, data_title, dataset_title, data_type, branch_name,
                    label_hash, label_row_id, workflow_stage_title, space_id, frame, object_hash, object_name,
                    feature_hash, ontology_shape, x, y, frame_width, frame_height,
                    CASE WHEN width IS NULL AND geometry IS NULL THEN 'POINT'
                         WHEN skeleton IS NOT NULL THEN 'MULTIPOINT'
                         WHEN cuboid IS NOT NULL THEN 'MULTILINESTRING' END AS told_kind,
                    CASE
                        -- A box is written as the polygon that it is.
                        WHEN width IS NOT NULL THEN
                            '[[[' || top_left_x || ',' || top_left_y || ',' || top_right_x || ',' || top_right_y || ','
                            || bottom_right_x || ',' || bottom_right_y || ',' || bottom_left_x || ',' || bottom_left_y
                            || ']]]'
                        WHEN along IS NOT NULL THEN (
                            -- 64 corners on the line, from the one that the angle points to. A billionth of a frame is
                            -- less than any pixel; further digits are the engine's.
                            SELECT '[[[' || STRING_AGG(
                                FLOOR((centre_x + along * turn_x * COS(corner * PI() / 32)
                                       - across * turn_y * SIN(corner * PI() / 32)) * 1e9 + 0.5) / 1e9 || ','
                                || FLOOR((centre_y + along * turn_y * aspect * COS(corner * PI() / 32)
                                          + across * turn_x * aspect * SIN(corner * PI() / 32)) * 1e9 + 0.5) / 1e9,
                                ',' ORDER BY corner
                            ) || ']]]'
                            FROM GENERATE_SERIES(0, 63) AS line(corner)
                        )
                        WHEN cuboid IS NOT NULL THEN (
                            -- The front face, the back face, and the four edges between them.
                            SELECT '[[' || STRING_AGG(near, ',' ORDER BY corner) || '],['
                                || STRING_AGG(far, ',' ORDER BY corner) || '],['
                                || STRING_AGG(near || ',' || far, '],[' ORDER BY corner) FILTER (WHERE corner < 4)
                                || ']]'
                            FROM (
                                SELECT
                                    corner,
                                    '[' || front_x || ',' || front_y || ']' AS near,
                                    '[' || FLOOR((COALESCE(vanishing_x + ratio * (front_x - vanishing_x),
                                                           front_x + offset_x)) * 1e9 + 0.5) / 1e9 || ','
                                    || FLOOR((COALESCE(vanishing_y + ratio * (front_y - vanishing_y),
                                                       front_y + offset_y)) * 1e9 + 0.5) / 1e9 || ']' AS far
                                FROM (
                                    SELECT
                                        corner,
                                        CAST((cuboid -> 'front' ->> CAST(corner % 4 * 2 AS INTEGER))
                                             AS DOUBLE PRECISION) AS front_x,
                                        CAST((cuboid -> 'front' ->> CAST(corner % 4 * 2 + 1 AS INTEGER))
                                             AS DOUBLE PRECISION) AS front_y,
                                        CAST((cuboid -> 'vanishing_point' ->> 'x') AS DOUBLE PRECISION) AS vanishing_x,
                                        CAST((cuboid -> 'vanishing_point' ->> 'y') AS DOUBLE PRECISION) AS vanishing_y,
                                        CAST((cuboid ->> 'scale_ratio') AS DOUBLE PRECISION) AS ratio,
                                        CAST((cuboid -> 'offset' ->> 'x') AS DOUBLE PRECISION) AS offset_x,
                                        CAST((cuboid -> 'offset' ->> 'y') AS DOUBLE PRECISION) AS offset_y
                                    FROM GENERATE_SERIES(0, 4) AS face(corner)
                                ) AS placed
                            ) AS edge
                        )
                        WHEN skeleton IS NOT NULL THEN (
                            SELECT '[' || STRING_AGG(
                                '[' || (joint ->> 'x') || ',' || (joint ->> 'y') || ']', ',' ORDER BY place
                            ) || ']'
                            FROM (
                                SELECT place, skeleton -> CAST(place AS INTEGER) AS joint
                                FROM GENERATE_SERIES(0, CAST(JSON_ARRAY_LENGTH(skeleton) AS INTEGER) - 1) AS j(place)
                            ) AS point
                            -- One that is marked invisible has no place that anybody saw.
                            WHERE COALESCE((joint ->> 'visibility'), '') <> 'invisible'
                              AND (joint ->> 'x') ~ '^[-+.0-9eE]+$' AND (joint ->> 'y') ~ '^[-+.0-9eE]+$'
                        )
                        WHEN geometry LIKE '[%' THEN geometry
                    END AS outline
                FROM (
                    SELECT
                        *,
                        -- NULL but for the shapes that they belong to: DuckDB makes the texts above once a value.
                        CASE WHEN geometry LIKE '[{"x":%' THEN CAST(geometry AS JSON) END AS skeleton,
                        CASE WHEN geometry LIKE '{"front":%'
                                  AND REGEXP_REPLACE(geometry, '([:,]|\[)[-+.0-9eE]+', '\1n', 'g') ~ (
                                      '^\{"front":\[n(,n){7}\],("vanishing_point":\{"x":n,"y":n\},"scale_ratio":n'
                                      || '|"offset":\{"x":n,"y":n\})\}$'
                                  )
                             THEN CAST(geometry AS JSON) END AS cuboid,
                        CASE WHEN round IS NOT NULL THEN x END AS centre_x,
                        CASE WHEN round IS NOT NULL THEN y END AS centre_y,
                        CASE WHEN round IS NOT NULL THEN COS(RADIANS(COALESCE(rotation, 0))) END AS turn_x,
                        CASE WHEN round IS NOT NULL THEN SIN(RADIANS(COALESCE(rotation, 0))) END AS turn_y,
                        -- A circle's radius is in frame widths. It is round, and turns, in pixels, not in shares.
                        CASE WHEN round IS NOT NULL
                             THEN CAST(frame_width AS DOUBLE PRECISION) / frame_height END AS aspect,
                        CAST(COALESCE((round ->> 'r'), (round ->> 'rx')) AS DOUBLE PRECISION) AS along,
                        COALESCE(
                            CAST((round ->> 'r') AS DOUBLE PRECISION)
                            * COALESCE(CAST((round ->> 'stretch') AS DOUBLE PRECISION), 1),
                            CAST((round ->> 'ry') AS DOUBLE PRECISION) * frame_height / frame_width
                        ) AS across
                    FROM (
                        SELECT
                            *,
                            CASE WHEN geometry LIKE '{"x":%' AND frame_width > 0 AND frame_height > 0
                                      AND REGEXP_REPLACE(geometry, '([:,]|\[)[-+.0-9eE]+', '\1n', 'g') ~ (
                                          '^\{"x":n,"y":n,("r":n(,"stretch":n)?|"rx":n,"ry":n)(,"theta":n)?\}$'
                                      )
                                 THEN CAST(geometry AS JSON) END AS round
                        FROM object_corners_on_frame
                        WHERE top_left_x IS NOT NULL
                           OR (width IS NULL
                               AND (geometry LIKE '[%' OR geometry LIKE '{"x":%' OR geometry LIKE '{"front":%'
                                    OR (geometry IS NULL AND x IS NOT NULL)))
                    ) AS corners
                ) AS told
            ) AS outlined
        ) AS formed
    ) AS shape
    WHERE kind IS NOT NULL
) AS written;

COMMENT ON VIEW object_wkt_on_frame IS
    'One row an object on a frame whose shape well-known text (WKT) can say: boxes, rotated boxes, polygons with holes and of several parts, polylines, points; circles and ellipses as polygons of 64 corners on the line, skeletons as the points that were seen (MULTIPOINT), 2-D cuboids as front face, back face and edges (MULTILINESTRING). Bitmasks and 3-D cuboids are not here, nor a rotated box, circle or ellipse on a frame of unknown size.';
COMMENT ON COLUMN object_wkt_on_frame.project_hash IS 'The project''s id in Encord.';
COMMENT ON COLUMN object_wkt_on_frame.project_title IS 'The project''s title.';
COMMENT ON COLUMN object_wkt_on_frame.data_hash IS 'The data unit (video, image, image group, …).';
COMMENT ON COLUMN object_wkt_on_frame.data_title IS
    'The data unit''s title: its file name, what the task is called in Encord; data_hash where it has none.';
COMMENT ON COLUMN object_wkt_on_frame.dataset_title IS 'The title of the dataset that the data unit comes from.';
COMMENT ON COLUMN object_wkt_on_frame.data_type IS
    'video, image, img_group, dicom, nifti, audio, plain_text, pdf, group, scene, …';
COMMENT ON COLUMN object_wkt_on_frame.branch_name IS
    'The branch: main, or an annotator''s or a model''s own. Count within one branch: consensus copies labels to main.';
COMMENT ON COLUMN object_wkt_on_frame.label_hash IS 'Encord''s id of the label row.';
COMMENT ON COLUMN object_wkt_on_frame.label_row_id IS
    'The row of table label_row; made of project, data unit and branch.';
COMMENT ON COLUMN object_wkt_on_frame.workflow_stage_title IS 'The title of the workflow stage that the task is in.';
COMMENT ON COLUMN object_wkt_on_frame.space_id IS
    'root, or the part of the data group or scene (table data_space) that it lies on.';
COMMENT ON COLUMN object_wkt_on_frame.frame IS
    'Frame from 0; image, slice or page number; nanoseconds of the event in continuous scenes.';
COMMENT ON COLUMN object_wkt_on_frame.object_hash IS
    'The object instance, case-sensitive; the same over all its frames, unique only within its label row.';
COMMENT ON COLUMN object_wkt_on_frame.object_name IS 'The object''s class, as the ontology names it now.';
COMMENT ON COLUMN object_wkt_on_frame.feature_hash IS
    'The ontology class, case-sensitive; the same for all its instances.';
COMMENT ON COLUMN object_wkt_on_frame.ontology_shape IS 'The shape of the object''s class, such as bounding_box.';
COMMENT ON COLUMN object_wkt_on_frame.wkt IS
    'The shape as well-known text, 0 to 1 of the frame, y downwards; 3-D points and polylines in the units of their scene.';
COMMENT ON COLUMN object_wkt_on_frame.wkt_pixels IS
    'The same in pixels; NULL where the frame''s size is not known, and for 3-D shapes.';
