-- live clips tile every video
WITH live AS (
    SELECT id, video_id, start_frame, end_frame, coalesce(
        lag(end_frame) OVER (PARTITION BY video_id ORDER BY start_frame, id), 0) AS due_frame
    FROM clips WHERE state <> 'superseded'
)
SELECT 'clip ' || id, format('begins at frame %s of video %s, where the clips before it end at %s',
    start_frame, video_id, due_frame)
FROM live WHERE start_frame <> due_frame
UNION ALL
SELECT 'video ' || videos.id, format('its clips end at frame %s of %s',
    coalesce(max(end_frame), 0), coalesce(frame_count, 0))
FROM videos LEFT JOIN live ON live.video_id = videos.id
GROUP BY videos.id
HAVING (videos.state = 'ready' OR count(live.id) > 0)
    AND max(end_frame) IS DISTINCT FROM frame_count
