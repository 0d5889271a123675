{#- The key of a view, as table installed_view has it: its columns are unique together, and those of never_null never
    NULL. One query a view, because some views take a while. -#}
{% test key(model, columns, never_null) %}
SELECT {{ columns | join(', ') }}, count(*) AS n_rows
FROM {{ model }}
GROUP BY {{ columns | join(', ') }}
HAVING count(*) > 1
{%- for column in never_null %} OR {{ column }} IS NULL{% endfor %}
{% endtest %}
