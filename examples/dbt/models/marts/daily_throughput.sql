SELECT
    project_hash,
    min(project_title) AS project_title,
    work_day,
    count(*) AS n_people,
    sum(n_labels) AS n_labels,
    sum(n_submissions) AS n_submissions,
    sum(n_reviews) AS n_reviews,
    sum(hours_spent) AS hours_spent
FROM {{ ref('stg_work_day') }}
GROUP BY project_hash, work_day
