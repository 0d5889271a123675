-- subject: frames
-- key: label_hash space_id frame object_hash
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
        kind,
        CASE kind
            WHEN 'POINT' THEN '(' || x || ' ' || y || ')'
            WHEN 'POINT Z' THEN '(' || REPLACE(TRANSLATE(outline, '[]', ''), ',', ' ') || ')'
            WHEN 'LINESTRING'
                THEN TRANSLATE(REGEXP_REPLACE(outline, '\[([^][,]+),([^][,]+)\]', '\1 \2', 'g'), '[]', '()')
            WHEN 'LINESTRING Z'
                THEN TRANSLATE(
                    REGEXP_REPLACE(outline, '\[([^][,]+),([^][,]+),([^][,]+)\]', '\1 \2 \3', 'g'), '[]', '()'
                )
            WHEN 'POLYGON' THEN SUBSTR(rings, 2, LENGTH(rings) - 2)
            ELSE rings
        END AS coordinates,
        frame_width,
        frame_height
    FROM (
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
            x,
            y,
            outline,
            CASE
                WHEN outline IS NULL THEN 'POINT'
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
                x,
                y,
                outline,
                -- Each shape has a form of its own (column geometry). A ring has at least three points, a line two.
                REGEXP_REPLACE(
                    REGEXP_REPLACE(outline, '[-+.0-9eE]+', '0', 'g'), '\[0,0,0,0,0,0(,0,0)*\]', 'ring', 'g'
                ) AS form,
                frame_width,
                frame_height
            FROM (
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
                    x,
                    y,
                    -- A box is written as the polygon that it is.
                    CASE WHEN width IS NULL THEN geometry ELSE
                        '[[[' || top_left_x || ',' || top_left_y || ',' || top_right_x || ',' || top_right_y || ','
                        || bottom_right_x || ',' || bottom_right_y || ',' || bottom_left_x || ',' || bottom_left_y
                        || ']]]' END AS outline,
                    frame_width,
                    frame_height
                FROM object_corners_on_frame
                WHERE top_left_x IS NOT NULL
                   OR (width IS NULL AND (geometry LIKE '[%' OR (geometry IS NULL AND x IS NOT NULL)))
            ) AS outlined
        ) AS drawn
    ) AS shape
    WHERE kind IS NOT NULL
) AS written
UNION ALL
-- Shapes that have no such form of their own: point by point, the points of a part in order, then the parts. Grouped,
-- so that PostgreSQL works each out once, not once for each use in a text.
SELECT
    project_hash, project_title, data_hash, data_title, dataset_title, data_type, branch_name, label_hash,
    label_row_id, workflow_stage_title, space_id, frame, object_hash, object_name, feature_hash, ontology_shape,
    REGEXP_REPLACE(kind || '(' || STRING_AGG(in_shares, ',' ORDER BY part) || ')', '\.0([ ,)])', '\1', 'g') AS wkt,
    REGEXP_REPLACE(kind || '(' || STRING_AGG(in_pixels, ',' ORDER BY part) || ')', '\.0([ ,)])', '\1', 'g')
        AS wkt_pixels
FROM (
    SELECT
        project_hash, project_title, data_hash, data_title, dataset_title, data_type, branch_name, label_hash,
        label_row_id, workflow_stage_title, space_id, frame, object_hash, object_name, feature_hash, ontology_shape,
        kind,
        part,
        '(' || STRING_AGG(x || ' ' || y, ',' ORDER BY place) || ')' AS in_shares,
        '(' || STRING_AGG(x * frame_width || ' ' || y * frame_height, ',' ORDER BY place) || ')' AS in_pixels
    FROM (
        -- 64 corners on the line, from where the angle points to. A billionth of a frame is less than any pixel;
        -- further digits are the engine's.
        SELECT
            project_hash, project_title, data_hash, data_title, dataset_title, data_type, branch_name, label_hash,
            label_row_id, workflow_stage_title, space_id, frame, object_hash, object_name, feature_hash, ontology_shape,
            frame_width,
            frame_height,
            'POLYGON' AS kind,
            0 AS part,
            c.corner AS place,
            FLOOR((x + along * turn_x * COS(c.corner % 64 * PI() / 32)
                   - across * turn_y * SIN(c.corner % 64 * PI() / 32)) * 1e9 + 0.5) / 1e9 AS x,
            FLOOR((y + (along * turn_y * COS(c.corner % 64 * PI() / 32)
                        + across * turn_x * SIN(c.corner % 64 * PI() / 32))
                   * frame_width / frame_height) * 1e9 + 0.5) / 1e9 AS y
        FROM (
            SELECT
                project_hash, project_title, data_hash, data_title, dataset_title, data_type, branch_name, label_hash,
                label_row_id, workflow_stage_title, space_id, frame, object_hash, object_name, feature_hash,
                ontology_shape,
                frame_width,
                frame_height,
                x,
                y,
                COS(RADIANS(COALESCE(rotation, 0))) AS turn_x,
                SIN(RADIANS(COALESCE(rotation, 0))) AS turn_y,
                -- In frame widths: it is round, and turns, in pixels, not in shares of a frame.
                CAST(COALESCE(CAST(geometry AS JSON) ->> 'r', CAST(geometry AS JSON) ->> 'rx') AS DOUBLE PRECISION)
                    AS along,
                COALESCE(
                    CAST((CAST(geometry AS JSON) ->> 'r') AS DOUBLE PRECISION)
                    * COALESCE(CAST((CAST(geometry AS JSON) ->> 'stretch') AS DOUBLE PRECISION), 1),
                    CAST((CAST(geometry AS JSON) ->> 'ry') AS DOUBLE PRECISION) * frame_height / frame_width
                ) AS across
            FROM object_corners_on_frame
            WHERE geometry LIKE '{"x":%' AND frame_width > 0 AND frame_height > 0
              AND REGEXP_REPLACE(geometry, '([:,]|\[)[-+.0-9eE]+', '\1n', 'g')
                  ~ '^\{"x":n,"y":n,("r":n(,"stretch":n)?|"rx":n,"ry":n)(,"theta":n)?\}$'
        ) AS round
        CROSS JOIN GENERATE_SERIES(0, 64) AS c(corner)
        UNION ALL
        -- The front face, the back face, and the four edges between them.
        SELECT
            project_hash, project_title, data_hash, data_title, dataset_title, data_type, branch_name, label_hash,
            label_row_id, workflow_stage_title, space_id, frame, object_hash, object_name, feature_hash, ontology_shape,
            frame_width,
            frame_height,
            'MULTILINESTRING' AS kind,
            CASE WHEN is_edge = 0 THEN is_back ELSE 2 + corner END AS part,
            CASE WHEN is_edge = 0 THEN corner ELSE is_back END AS place,
            CASE WHEN is_back = 0 THEN x
                 ELSE FLOOR(COALESCE(
                     CAST((cuboid -> 'vanishing_point' ->> 'x') AS DOUBLE PRECISION)
                     + CAST((cuboid ->> 'scale_ratio') AS DOUBLE PRECISION)
                     * (x - CAST((cuboid -> 'vanishing_point' ->> 'x') AS DOUBLE PRECISION)),
                     x + CAST((cuboid -> 'offset' ->> 'x') AS DOUBLE PRECISION)
                 ) * 1e9 + 0.5) / 1e9 END AS x,
            CASE WHEN is_back = 0 THEN y
                 ELSE FLOOR(COALESCE(
                     CAST((cuboid -> 'vanishing_point' ->> 'y') AS DOUBLE PRECISION)
                     + CAST((cuboid ->> 'scale_ratio') AS DOUBLE PRECISION)
                     * (y - CAST((cuboid -> 'vanishing_point' ->> 'y') AS DOUBLE PRECISION)),
                     y + CAST((cuboid -> 'offset' ->> 'y') AS DOUBLE PRECISION)
                 ) * 1e9 + 0.5) / 1e9 END AS y
        FROM (
            SELECT
                project_hash, project_title, data_hash, data_title, dataset_title, data_type, branch_name, label_hash,
                label_row_id, workflow_stage_title, space_id, frame, object_hash, object_name, feature_hash,
                ontology_shape,
                frame_width,
                frame_height,
                CAST(geometry AS JSON) AS cuboid,
                c.corner,
                b.is_back,
                e.is_edge,
                CAST((CAST(geometry AS JSON) -> 'front' ->> CAST(c.corner % 4 * 2 AS INTEGER)) AS DOUBLE PRECISION)
                    AS x,
                CAST((CAST(geometry AS JSON) -> 'front' ->> CAST(c.corner % 4 * 2 + 1 AS INTEGER)) AS DOUBLE PRECISION)
                    AS y
            FROM object_corners_on_frame
            CROSS JOIN GENERATE_SERIES(0, 4) AS c(corner)
            CROSS JOIN GENERATE_SERIES(0, 1) AS b(is_back)
            CROSS JOIN GENERATE_SERIES(0, 1) AS e(is_edge)
            WHERE (e.is_edge = 0 OR c.corner < 4) AND geometry LIKE '{"front":%'
              AND REGEXP_REPLACE(geometry, '([:,]|\[)[-+.0-9eE]+', '\1n', 'g')
                  ~ ('^\{"front":\[n(,n){7}\],("vanishing_point":\{"x":n,"y":n\},"scale_ratio":n'
                     || '|"offset":\{"x":n,"y":n\})\}$')
        ) AS cuboid
        UNION ALL
        -- A keypoint that is marked invisible has no place that anybody saw.
        SELECT
            project_hash, project_title, data_hash, data_title, dataset_title, data_type, branch_name, label_hash,
            label_row_id, workflow_stage_title, space_id, frame, object_hash, object_name, feature_hash, ontology_shape,
            frame_width,
            frame_height,
            'MULTIPOINT' AS kind,
            place AS part,
            0 AS place,
            CAST((keypoint ->> 'x') AS DOUBLE PRECISION) AS x,
            CAST((keypoint ->> 'y') AS DOUBLE PRECISION) AS y
        FROM (
            SELECT
                project_hash, project_title, data_hash, data_title, dataset_title, data_type, branch_name, label_hash,
                label_row_id, workflow_stage_title, space_id, frame, object_hash, object_name, feature_hash,
                ontology_shape,
                frame_width,
                frame_height,
                k.place,
                CAST(geometry AS JSON) -> CAST(k.place AS INTEGER) AS keypoint
            FROM object_corners_on_frame
            CROSS JOIN LATERAL GENERATE_SERIES(
                0,
                CASE WHEN geometry LIKE '[{"x":%' THEN CAST(JSON_ARRAY_LENGTH(CAST(geometry AS JSON)) AS INTEGER) - 1
                     ELSE 0 END
            ) AS k(place)
            WHERE geometry LIKE '[{"x":%'
        ) AS skeleton
        WHERE COALESCE((keypoint ->> 'visibility'), '') <> 'invisible'
          AND (keypoint ->> 'x') ~ '^[-+.0-9eE]+$' AND (keypoint ->> 'y') ~ '^[-+.0-9eE]+$'
    ) AS point
    GROUP BY
        project_hash, project_title, data_hash, data_title, dataset_title, data_type, branch_name, label_hash,
        label_row_id, workflow_stage_title, space_id, frame, object_hash, object_name, feature_hash, ontology_shape,
        kind, part
) AS part
GROUP BY
    project_hash, project_title, data_hash, data_title, dataset_title, data_type, branch_name, label_hash,
    label_row_id, workflow_stage_title, space_id, frame, object_hash, object_name, feature_hash, ontology_shape,
    kind;

COMMENT ON VIEW object_wkt_on_frame IS
    'One row per object on a frame whose shape well-known text (WKT) can say: boxes, rotated boxes, polygons with holes and of several parts, polylines, points; circles and ellipses as polygons of 64 corners on the line, skeletons as the points that were seen (MULTIPOINT), 2-D cuboids as front face, back face and edges (MULTILINESTRING). Bitmasks and 3-D cuboids are not here, nor a rotated box, circle or ellipse on a frame of unknown size.';
