-- the actions of a video are numbered without a gap
SELECT 'video ' || videos.id, format('is at revision %s, and has %s actions up to number %s',
    videos.revision, count(actions.id), coalesce(max(actions.revision), 0))
FROM videos LEFT JOIN actions ON actions.video_id = videos.id
GROUP BY videos.id
HAVING count(actions.id) <> videos.revision
    OR coalesce(max(actions.revision), 0) <> videos.revision
