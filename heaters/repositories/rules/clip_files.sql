-- clips have the files of their state
WITH has (state, export, keyframes, embedding) AS (VALUES
    ('exported', true, false, false), ('keyframing', true, false, false),
    ('keyframe_failed', true, false, false), ('keyframed', true, true, false),
    ('embedding', true, true, false), ('embedding_failed', true, true, false),
    ('embedded', true, true, true)
), found AS (
    SELECT clips.id, state,
        count(artifacts.id) FILTER (WHERE kind = 'export') AS exports,
        count(artifacts.id) FILTER (WHERE kind = 'keyframe') AS keyframes,
        count(artifacts.id) FILTER (WHERE artifacts.video_id <> clips.video_id
            OR frame < start_frame OR frame >= end_frame) AS strangers
    FROM clips LEFT JOIN artifacts ON artifacts.clip_id = clips.id AND retired_at IS NULL
    GROUP BY clips.id
)
SELECT 'clip ' || id, format('is %s, and has %s exported files', state, exports)
FROM found LEFT JOIN has USING (state)
WHERE exports <> CASE WHEN has.export THEN 1 ELSE 0 END
UNION ALL
SELECT 'clip ' || id, format('is %s, and has %s keyframes', state, found.keyframes)
FROM found LEFT JOIN has USING (state)
WHERE CASE WHEN has.keyframes THEN found.keyframes = 0
    WHEN has.export IS NULL THEN found.keyframes > 0 END
UNION ALL
SELECT 'clip ' || id, format('has %s files of other frames or of another video', strangers)
FROM found WHERE strangers > 0
UNION ALL
SELECT 'clip ' || id, format('is %s, and has no embedding', state)
FROM clips JOIN has USING (state)
WHERE has.embedding AND NOT EXISTS (SELECT FROM embeddings WHERE clip_id = clips.id)
