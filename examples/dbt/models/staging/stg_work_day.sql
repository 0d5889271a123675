SELECT project_hash, project_title, annotator, work_day, n_labels, n_submissions, n_reviews, hours_spent
FROM {{ source('encord', 'work_by_annotator_day') }}
