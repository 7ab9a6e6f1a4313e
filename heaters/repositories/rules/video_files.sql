-- videos have the files of their state
WITH due (kind, states) AS (VALUES
    ('original', ARRAY['downloaded', 'preprocessing', 'preprocess_failed']),
    ('master', ARRAY['preprocessed', 'detecting_scenes', 'detect_failed', 'ready']),
    ('proxy', ARRAY['preprocessed', 'detecting_scenes', 'detect_failed', 'ready']),
    ('analysis', ARRAY['preprocessed', 'detecting_scenes', 'detect_failed', 'ready'])
)
SELECT 'video ' || videos.id,
    format('is %s, and has %s files %s', videos.state, count(artifacts.id), due.kind)
FROM videos JOIN due ON videos.state = ANY (states)
LEFT JOIN artifacts ON artifacts.video_id = videos.id AND artifacts.kind = due.kind
    AND retired_at IS NULL
GROUP BY videos.id, due.kind
HAVING count(artifacts.id) <> 1
