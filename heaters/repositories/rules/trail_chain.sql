-- every action finds clips as the one before left them, and the last one as they are
WITH steps AS (
    SELECT *, lag(action_id) OVER history AS previous_id, lead(action_id) OVER history AS next_id,
        lag(clip_decision(after_state)) OVER history AS previous_state,
        lag(after_group_id) OVER history AS previous_group_id,
        lag(after_revision) OVER history AS previous_revision
    FROM clip_changes WINDOW history AS (PARTITION BY clip_id ORDER BY revision, action_id)
)
SELECT 'action ' || action_id, format('found clip %s not as action %s had left it', clip_id,
    coalesce(CAST(previous_id AS text), 'none'))
FROM steps
WHERE (clip_decision(before_state), before_group_id, before_revision)
    IS DISTINCT FROM (previous_state, previous_group_id, previous_revision)
UNION ALL
SELECT 'clip ' || coalesce(clips.id, clip_id), CASE
    WHEN clips.id IS NULL THEN format('is gone, and action %s says that it was there', action_id)
    WHEN action_id IS NULL THEN 'is there, and no action made it'
    ELSE format('is not as action %s left it', action_id) END
FROM clips FULL JOIN (SELECT * FROM steps WHERE next_id IS NULL) AS last ON clip_id = clips.id
WHERE (clips.video_id, int4range(start_frame, end_frame), clip_decision(state), group_id,
        clips.revision)
    IS DISTINCT FROM
    (last.video_id, frames, clip_decision(after_state), after_group_id, after_revision)
