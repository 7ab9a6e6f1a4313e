-- work is leased, and failures have a reason
WITH work AS (
    SELECT 'clip ' || id AS name, state, last_error, num_nonnulls(lease_owner, lease_until) AS leases,
        state IN ('exporting', 'keyframing', 'embedding') AS is_working
    FROM clips
    UNION ALL
    SELECT 'video ' || id, state, last_error, num_nonnulls(lease_owner, lease_until),
        state IN ('downloading', 'preprocessing', 'detecting_scenes')
    FROM videos
)
SELECT name, format('is %s, and %s', state,
    CASE WHEN is_working THEN 'has no whole lease' ELSE 'is leased all the same' END)
FROM work WHERE leases <> CASE WHEN is_working THEN 2 ELSE 0 END
UNION ALL
SELECT name, format('is %s, and no error says why', state)
FROM work WHERE state LIKE '%failed' AND last_error IS NULL
