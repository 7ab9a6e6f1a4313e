-- an action gives back the frames that it takes, and the first one covers the video
WITH moved AS (
    SELECT action_id, video_id, clip_changes.revision,
        range_agg(frames) FILTER (WHERE before_state <> 'superseded') AS taken,
        range_agg(frames) FILTER (WHERE after_state <> 'superseded') AS given,
        sum(upper(frames) - lower(frames)) FILTER (WHERE before_state <> 'superseded') AS taken_count,
        sum(upper(frames) - lower(frames)) FILTER (WHERE after_state <> 'superseded') AS given_count
    FROM clip_changes GROUP BY action_id, video_id, clip_changes.revision
)
SELECT 'action ' || action_id, format('takes frames %s and gives back %s',
    coalesce(taken, '{}'), coalesce(given, '{}'))
FROM moved JOIN videos ON videos.id = video_id
WHERE (given, given_count) IS DISTINCT FROM CASE WHEN moved.revision = 1
    THEN (int4multirange(int4range(0, frame_count)), CAST(frame_count AS bigint))
    ELSE (taken, taken_count) END
