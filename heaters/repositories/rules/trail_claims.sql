-- actions do what they say
WITH done AS (
    SELECT action_id, count(*) AS clips, count(DISTINCT clip_id) AS distinct_clips,
        count(*) FILTER (WHERE before_state IS NULL) AS made,
        count(*) FILTER (WHERE after_state = 'superseded') AS gone,
        array_agg(lower(frames) ORDER BY frames) FILTER (WHERE before_state IS NULL) AS made_at,
        array_agg(lower(frames) ORDER BY frames)
            FILTER (WHERE after_state = 'superseded') AS gone_at,
        bool_and(after_revision = revision) AS is_stamped,
        bool_and(clip_decision(before_state) = clip_decision(after_state)) AS keeps_state,
        array_agg(DISTINCT clip_decision(after_state)) AS states,
        array_agg(DISTINCT after_group_id) AS groups
    FROM clip_changes GROUP BY action_id
)
SELECT 'action ' || id, format('is no %s: it changes %s clips and makes %s', replace(kind, '_', ' '),
    coalesce(clips - made, 0), coalesce(made, 0))
FROM actions LEFT JOIN done ON action_id = id
LEFT JOIN (SELECT DISTINCT video_id, start_frame FROM clips WHERE start_frame > 0) AS cuts
    ON kind = 'confirm_cut' AND cuts.video_id = actions.video_id AND cuts.start_frame = frame
WHERE clips IS DISTINCT FROM distinct_clips OR (CASE
    WHEN kind IN ('undo', 'redo') THEN true
    WHEN kind = 'confirm_cut' THEN clips IS NULL AND cuts.start_frame IS NOT NULL
    WHEN clips IS NULL THEN false
    WHEN NOT is_stamped THEN false
    WHEN kind = 'add_cut' THEN (clips, gone, made) = (3, 1, 2) AND made_at[2] = frame
    WHEN kind = 'remove_cut' THEN (clips, gone, made) = (3, 2, 1) AND gone_at[2] = frame
    WHEN kind = 'move_cut' THEN (clips, gone, made) = (4, 2, 2)
        AND (gone_at[2], made_at[2]) = (frame, to_frame)
    WHEN kind = 'replace_cuts' THEN clips = gone + made AND made > 0
    WHEN gone + made > 0 THEN false
    WHEN kind = 'approve' THEN states = ARRAY['review_approved']
    WHEN kind = 'skip' THEN states = ARRAY['review_skipped']
    WHEN kind = 'archive' THEN states = ARRAY['review_archived']
    WHEN kind = 'group' THEN clips > 1 AND keeps_state
        AND cardinality(groups) = 1 AND groups[1] IS NOT NULL
    WHEN kind = 'ungroup' THEN keeps_state AND groups = CAST(ARRAY[NULL] AS integer[])
    END) IS NOT TRUE
