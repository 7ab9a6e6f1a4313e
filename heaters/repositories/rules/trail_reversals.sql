-- an undo or a redo gives clips back what they were
WITH pairs AS (
    SELECT later.id AS later_id, earlier.id AS earlier_id,
        (later.kind = 'redo') = (earlier.kind = 'undo') AND later.video_id = earlier.video_id
            AND later.revision > earlier.revision
            AND later.reviewer_id IS NOT DISTINCT FROM earlier.reviewer_id AS is_fit
    FROM actions AS later JOIN actions AS earlier ON earlier.id = later.reverses_id
), found AS (
    SELECT later_id, clip_id, coalesce(clip_decision(before_state), 'superseded') AS state,
        CASE WHEN before_state IS NULL THEN after_group_id ELSE before_group_id END AS group_id,
        coalesce(before_revision, after_revision) AS revision
    FROM pairs JOIN clip_changes ON action_id = earlier_id
), given AS (
    SELECT later_id, clip_id, clip_decision(after_state) AS state, after_group_id AS group_id,
        after_revision AS revision
    FROM pairs JOIN clip_changes ON action_id = later_id
)
SELECT 'action ' || later_id, format('cannot take back action %s', earlier_id)
FROM pairs WHERE NOT is_fit
UNION ALL
SELECT 'action ' || later_id, format('does not give clip %s what it had', clip_id)
FROM found FULL JOIN given USING (later_id, clip_id)
WHERE (found.state, found.group_id, found.revision)
    IS DISTINCT FROM (given.state, given.group_id, given.revision)
