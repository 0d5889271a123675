SELECT project_hash, data_hash, changed_at, change_kind
FROM {{ source('encord', 'label_change') }}
WHERE branch_name = 'main' AND change_kind <> 'noted'
