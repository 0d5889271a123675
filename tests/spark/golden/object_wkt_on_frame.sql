CREATE OR REPLACE VIEW team.encord.object_wkt_on_frame COMMENT 'One row per object on a frame whose shape well-known text (WKT) can say: boxes, rotated boxes, polygons with holes and of several parts, polylines, points; circles and ellipses as polygons of 64 corners on the line, skeletons as the points that were seen (MULTIPOINT), 2-D cuboids as front face, back face and edges (MULTILINESTRING). Bitmasks and 3-D cuboids are not here, nor a rotated box, circle or ellipse on a frame of unknown size.' AS
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
  REGEXP_REPLACE(kind || coordinates, '\\.0([ ,)])', '$1') AS wkt,
  CASE
    WHEN kind NOT LIKE '% Z'
    THEN kind || REGEXP_REPLACE(
      NULLIF(
        ARRAY_JOIN(
          TRANSFORM(
            SPLIT(coordinates, CONCAT('\\Q', ',', '\\E')),
            token -> REGEXP_REPLACE(token, '[^(].*$', '') || CAST(REGEXP_REPLACE(token, '^[(]*([^ ]+) .*$', '$1') AS DOUBLE) * frame_width || ' ' || CAST(REGEXP_REPLACE(token, '^.* ([^)]+)[)]*$', '$1') AS DOUBLE) * frame_height || REGEXP_REPLACE(token, '^.*[^)]', '')
          ),
          ','
        ),
        ''
      ),
      '\\.0([ ,)])',
      '$1'
    )
  END AS wkt_pixels
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
      WHEN 'POINT'
      THEN '(' || x || ' ' || y || ')'
      WHEN 'POINT Z'
      THEN '(' || REPLACE(TRANSLATE(outline, '[]', ''), ',', ' ') || ')'
      WHEN 'LINESTRING'
      THEN TRANSLATE(REGEXP_REPLACE(outline, '\\[([^\\]\\[,]+),([^\\]\\[,]+)\\]', '$1 $2'), '[]', '()')
      WHEN 'LINESTRING Z'
      THEN TRANSLATE(
        REGEXP_REPLACE(outline, '\\[([^\\]\\[,]+),([^\\]\\[,]+),([^\\]\\[,]+)\\]', '$1 $2 $3'),
        '[]',
        '()'
      )
      WHEN 'POLYGON'
      THEN SUBSTRING(rings, 2, LENGTH(rings) - 2)
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
        WHEN outline IS NULL
        THEN 'POINT'
        WHEN form RLIKE '^\\[\\[ring(,ring)*\\]\\]$'
        THEN 'POLYGON'
        WHEN form RLIKE '^\\[\\[ring(,ring)*\\](,\\[ring(,ring)*\\])+\\]$'
        THEN 'MULTIPOLYGON'
        WHEN form RLIKE '^\\[\\[0,0\\](,\\[0,0\\])+\\]$'
        THEN 'LINESTRING'
        WHEN form RLIKE '^\\[\\[0,0,0\\](,\\[0,0,0\\])+\\]$'
        THEN 'LINESTRING Z'
        WHEN form = '[0,0,0]'
        THEN 'POINT Z'
      END AS kind,
      TRANSLATE(
        REGEXP_REPLACE(
          REGEXP_REPLACE(outline, '([^\\]\\[,]+),([^\\]\\[,]+)', '$1 $2'),
          '\\[([^\\]\\[,]+)((?:,[^\\]\\[]*)?)\\]',
          '($1$2,$1)'
        ),
        '[]',
        '()'
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
        REGEXP_REPLACE(REGEXP_REPLACE(outline, '[-+.0-9eE]+', '0'), '\\[0,0,0,0,0,0(,0,0)*\\]', 'ring') AS form,
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
          CASE
            WHEN width IS NULL
            THEN geometry
            ELSE '[[[' || top_left_x || ',' || top_left_y || ',' || top_right_x || ',' || top_right_y || ',' || bottom_right_x || ',' || bottom_right_y || ',' || bottom_left_x || ',' || bottom_left_y || ']]]'
          END AS outline,
          frame_width,
          frame_height
        FROM team.encord.object_corners_on_frame AS object_corners_on_frame
        WHERE
          NOT top_left_x IS NULL
          OR (
            width IS NULL
            AND (
              geometry LIKE '[%' OR (
                geometry IS NULL AND NOT x IS NULL
              )
            )
          )
      ) AS outlined
    ) AS drawn
  ) AS shape
  WHERE
    NOT kind IS NULL
) AS written
UNION ALL
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
  REGEXP_REPLACE(
    kind || '(' || CASE
      WHEN COUNT(in_shares) > 0
      THEN ARRAY_JOIN(
        TRANSFORM(
          SORT_ARRAY(
            COLLECT_LIST(STRUCT(part IS NULL AS key_0_is_null, part AS key_0, in_shares AS part))
          ),
          gathered -> gathered.part
        ),
        ','
      )
    END || ')',
    '\\.0([ ,)])',
    '$1'
  ) AS wkt,
  REGEXP_REPLACE(
    kind || '(' || CASE
      WHEN COUNT(in_pixels) > 0
      THEN ARRAY_JOIN(
        TRANSFORM(
          SORT_ARRAY(
            COLLECT_LIST(STRUCT(part IS NULL AS key_0_is_null, part AS key_0, in_pixels AS part))
          ),
          gathered -> gathered.part
        ),
        ','
      )
    END || ')',
    '\\.0([ ,)])',
    '$1'
  ) AS wkt_pixels
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
    part,
    '(' || CASE
      WHEN COUNT(x || ' ' || y) > 0
      THEN ARRAY_JOIN(
        TRANSFORM(
          SORT_ARRAY(
            COLLECT_LIST(STRUCT(place IS NULL AS key_0_is_null, place AS key_0, x || ' ' || y AS part))
          ),
          gathered -> gathered.part
        ),
        ','
      )
    END || ')' AS in_shares,
    '(' || CASE
      WHEN COUNT(x * frame_width || ' ' || y * frame_height) > 0
      THEN ARRAY_JOIN(
        TRANSFORM(
          SORT_ARRAY(
            COLLECT_LIST(
              STRUCT(
                place IS NULL AS key_0_is_null,
                place AS key_0,
                x * frame_width || ' ' || y * frame_height AS part
              )
            )
          ),
          gathered -> gathered.part
        ),
        ','
      )
    END || ')' AS in_pixels
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
      frame_width,
      frame_height,
      'POLYGON' AS kind,
      0 AS part,
      c.corner AS place,
      FLOOR(
        (
          x + along * turn_x * COS(c.corner % 64 * PI() / 32) - across * turn_y * SIN(c.corner % 64 * PI() / 32)
        ) * 1e9 + CAST(0.5 AS DOUBLE)
      ) / 1e9 AS x,
      FLOOR(
        (
          y + (
            along * turn_y * COS(c.corner % 64 * PI() / 32) + across * turn_x * SIN(c.corner % 64 * PI() / 32)
          ) * frame_width / frame_height
        ) * 1e9 + CAST(0.5 AS DOUBLE)
      ) / 1e9 AS y
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
        frame_width,
        frame_height,
        x,
        y,
        COS(RADIANS(COALESCE(rotation, 0))) AS turn_x,
        SIN(RADIANS(COALESCE(rotation, 0))) AS turn_y,
        CAST(COALESCE(GET_JSON_OBJECT(geometry, '$.r'), GET_JSON_OBJECT(geometry, '$.rx')) AS DOUBLE) AS along,
        COALESCE(
          CAST((
            GET_JSON_OBJECT(geometry, '$.r')
          ) AS DOUBLE) * COALESCE(CAST((
            GET_JSON_OBJECT(geometry, '$.stretch')
          ) AS DOUBLE), 1),
          CAST((
            GET_JSON_OBJECT(geometry, '$.ry')
          ) AS DOUBLE) * frame_height / frame_width
        ) AS across
      FROM team.encord.object_corners_on_frame AS object_corners_on_frame
      WHERE
        geometry LIKE '{"x":%'
        AND frame_width > 0
        AND frame_height > 0
        AND REGEXP_REPLACE(geometry, '([:,]|\\[)[-+.0-9eE]+', '$1n') RLIKE '^\\{"x":n,"y":n,("r":n(,"stretch":n)?|"rx":n,"ry":n)(,"theta":n)?\\}$'
    ) AS round
    CROSS JOIN LATERAL EXPLODE(SEQUENCE(0, 64)) AS c(corner)
    UNION ALL
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
      frame_width,
      frame_height,
      'MULTILINESTRING' AS kind,
      CASE WHEN is_edge = 0 THEN is_back ELSE 2 + corner END AS part,
      CASE WHEN is_edge = 0 THEN corner ELSE is_back END AS place,
      CASE
        WHEN is_back = 0
        THEN x
        ELSE FLOOR(
          COALESCE(
            CAST((
              GET_JSON_OBJECT(GET_JSON_OBJECT(cuboid, '$.vanishing_point'), '$.x')
            ) AS DOUBLE) + CAST((
              GET_JSON_OBJECT(cuboid, '$.scale_ratio')
            ) AS DOUBLE) * (
              x - CAST((
                GET_JSON_OBJECT(GET_JSON_OBJECT(cuboid, '$.vanishing_point'), '$.x')
              ) AS DOUBLE)
            ),
            x + CAST((
              GET_JSON_OBJECT(GET_JSON_OBJECT(cuboid, '$.offset'), '$.x')
            ) AS DOUBLE)
          ) * 1e9 + CAST(0.5 AS DOUBLE)
        ) / 1e9
      END AS x,
      CASE
        WHEN is_back = 0
        THEN y
        ELSE FLOOR(
          COALESCE(
            CAST((
              GET_JSON_OBJECT(GET_JSON_OBJECT(cuboid, '$.vanishing_point'), '$.y')
            ) AS DOUBLE) + CAST((
              GET_JSON_OBJECT(cuboid, '$.scale_ratio')
            ) AS DOUBLE) * (
              y - CAST((
                GET_JSON_OBJECT(GET_JSON_OBJECT(cuboid, '$.vanishing_point'), '$.y')
              ) AS DOUBLE)
            ),
            y + CAST((
              GET_JSON_OBJECT(GET_JSON_OBJECT(cuboid, '$.offset'), '$.y')
            ) AS DOUBLE)
          ) * 1e9 + CAST(0.5 AS DOUBLE)
        ) / 1e9
      END AS y
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
        frame_width,
        frame_height,
        geometry AS cuboid,
        c.corner,
        b.is_back,
        e.is_edge,
        CAST((
          GET_JSON_OBJECT(
            (
              GET_JSON_OBJECT(geometry, '$.front')
            ),
            CONCAT('$[', CAST(c.corner % 4 * 2 AS INT), ']')
          )
        ) AS DOUBLE) AS x,
        CAST((
          GET_JSON_OBJECT(
            (
              GET_JSON_OBJECT(geometry, '$.front')
            ),
            CONCAT('$[', CAST(c.corner % 4 * 2 + 1 AS INT), ']')
          )
        ) AS DOUBLE) AS y
      FROM team.encord.object_corners_on_frame AS object_corners_on_frame
      CROSS JOIN LATERAL EXPLODE(SEQUENCE(0, 4)) AS c(corner)
      CROSS JOIN LATERAL EXPLODE(SEQUENCE(0, 1)) AS b(is_back)
      CROSS JOIN LATERAL EXPLODE(SEQUENCE(0, 1)) AS e(is_edge)
      WHERE
        (
          e.is_edge = 0 OR c.corner < 4
        )
        AND geometry LIKE '{"front":%'
        AND REGEXP_REPLACE(geometry, '([:,]|\\[)[-+.0-9eE]+', '$1n') RLIKE (
          '^\\{"front":\\[n(,n){7}\\],("vanishing_point":\\{"x":n,"y":n\\},"scale_ratio":n' || '|"offset":\\{"x":n,"y":n\\})\\}$'
        )
    ) AS cuboid
    UNION ALL
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
      frame_width,
      frame_height,
      'MULTIPOINT' AS kind,
      place AS part,
      0 AS place,
      CAST((
        GET_JSON_OBJECT(keypoint, '$.x')
      ) AS DOUBLE) AS x,
      CAST((
        GET_JSON_OBJECT(keypoint, '$.y')
      ) AS DOUBLE) AS y
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
        frame_width,
        frame_height,
        k.place,
        GET_JSON_OBJECT(geometry, CONCAT('$[', CAST(k.place AS INT), ']')) AS keypoint
      FROM team.encord.object_corners_on_frame AS object_corners_on_frame
      CROSS JOIN LATERAL EXPLODE(
        IF(
          0 <= CASE
            WHEN geometry LIKE '[{"x":%'
            THEN CAST(JSON_ARRAY_LENGTH(geometry) AS INT) - 1
            ELSE 0
          END,
          SEQUENCE(
            0,
            CASE
              WHEN geometry LIKE '[{"x":%'
              THEN CAST(JSON_ARRAY_LENGTH(geometry) AS INT) - 1
              ELSE 0
            END
          ),
          ARRAY()
        )
      ) AS k(place)
      WHERE
        geometry LIKE '[{"x":%'
    ) AS skeleton
    WHERE
      COALESCE((
        GET_JSON_OBJECT(keypoint, '$.visibility')
      ), '') <> 'invisible'
      AND (
        GET_JSON_OBJECT(keypoint, '$.x')
      ) RLIKE '^[-+.0-9eE]+$'
      AND (
        GET_JSON_OBJECT(keypoint, '$.y')
      ) RLIKE '^[-+.0-9eE]+$'
  ) AS point
  GROUP BY
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
    part
) AS part
GROUP BY
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
  kind;
