-- a group is of one video
SELECT 'clip ' || clips.id,
    format('is in group %s, which is of video %s', group_id, clip_groups.video_id)
FROM clips JOIN clip_groups ON clip_groups.id = group_id
WHERE clip_groups.video_id <> clips.video_id
