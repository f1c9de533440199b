{# The models of variable `attribution_models`, checked, with their weights as whole numbers: the
   one list that every model of attribution loops over. Options a declaration leaves out are
   filled in: `among` any, `middle` 0, `middle_touches` ruled, `on_missing` shift_forward,
   `credits_lead_cycles` false. #}
{% macro attribution_models() -%}
    {%- set models = [] -%}
    {%- set names = [] -%}
    {%- for declared in var('attribution_models') -%}
        {%- set model = dict(
            {'among': 'any', 'middle_touches': 'ruled', 'on_missing': 'shift_forward',
             'credits_lead_cycles': false},
            **declared
        ) -%}
        {%- do check_declaration(model) -%}
        {%- if model.name in names -%}
            {%- do refuse_declaration(model, 'is declared twice') -%}
        {%- endif -%}
        {%- do names.append(model.name) -%}
        {%- if model.family == 'position' -%}
            {%- do model.update(whole_parts(model, {
                'first': model.first, 'middle': model.middle, 'last': model.last
            })) -%}
        {%- elif model.family == 'milestone' -%}
            {%- set parts = whole_parts(
                model, dict(model.milestones, middle=model.get('middle', 0))
            ) -%}
            {%- do model.update({'middle': parts.pop('middle'), 'milestones': parts}) -%}
        {%- endif -%}
        {%- do models.append(model) -%}
    {%- endfor -%}
    {{ return(models) }}
{%- endmacro %}

{% macro milestone_models() -%}
    {{ return(attribution_models() | selectattr('family', 'equalto', 'milestone') | list) }}
{%- endmacro %}

{# Fail the build where variable `metrics_attribution_model` names none of them. It stands in a mart
   because the semantic models, which use the variable, can call no macro and are parsed later. #}
{% macro check_metrics_model() -%}
    {%- set names = attribution_models() | map(attribute='name') | list -%}
    {%- if var('metrics_attribution_model') not in names -%}
        {{ exceptions.raise_compiler_error(
            "variable metrics_attribution_model names '" ~ var('metrics_attribution_model')
            ~ "', which attribution_models does not declare; declared are: " ~ names | join(', ')
        ) }}
    {%- endif -%}
{%- endmacro %}

{# Fail the build with the name of the model. #}
{% macro refuse_declaration(model, reason) -%}
    {{ exceptions.raise_compiler_error(
        "attribution model '" ~ model.get('name', '(without a name)') ~ "' " ~ reason
    ) }}
{%- endmacro %}

{# The options that a family knows, and the values that an option may have (none: a number). #}
{% macro check_declaration(model) -%}
    {%- set known = [
        'name', 'family', 'credits_lead_cycles', 'among', 'middle', 'middle_touches', 'on_missing'
    ] -%}
    {%- set families = {
        'single': ['position'], 'linear': [], 'position': ['first', 'middle', 'last'],
        'decay': ['half_life_days'], 'milestone': ['milestones'], 'shapley': [],
    } -%}
    {%- set choices = {
        'position': ['first', 'last'], 'among': ['any', 'non_direct', 'paid'],
        'middle_touches': ['ruled', 'all'], 'on_missing': ['shift_forward', 'renormalise'],
        'credits_lead_cycles': [true, false],
    } -%}
    {%- if not modules.re.fullmatch('[a-z][a-z0-9_]*', model.get('name') or '') -%}
        {%- do refuse_declaration(model, 'must have a name of lower case letters, digits and _') -%}
    {%- elif model.get('family') not in families -%}
        {%- do refuse_declaration(model, 'has an unknown family: ' ~ model.get('family')) -%}
    {%- endif -%}
    {%- for option in families[model.family] if option not in model -%}
        {%- do refuse_declaration(model, 'needs the option ' ~ option) -%}
    {%- endfor -%}
    {%- for option in model if option not in known + families[model.family] -%}
        {%- do refuse_declaration(model, 'has an unknown option: ' ~ option) -%}
    {%- endfor -%}
    {%- for option, values in choices.items()
        if option in model and model[option] not in values -%}
        {%- do refuse_declaration(
            model, 'has an unknown ' ~ option ~ ': ' ~ model[option]
        ) -%}
    {%- endfor -%}
    {%- if model.family == 'decay' and not model.half_life_days > 0 -%}
        {%- do refuse_declaration(model, 'needs a half-life above 0') -%}
    {%- elif model.family == 'position' and not model.first + model.last > 0 -%}
        {%- do refuse_declaration(model, 'gives nothing to the first and the last touch') -%}
    {%- elif model.family == 'milestone' and not (model.milestones or {}).values() | sum > 0 -%}
        {%- do refuse_declaration(model, 'gives nothing to its milestones') -%}
    {%- elif model.family == 'milestone'
        and model.milestones.keys() | list
        != ['ft', 'lc', 'oc', 'cw'] | select('in', model.milestones) | list -%}
        {%- do refuse_declaration(model, 'must have milestones out of ft, lc, oc, cw, in order') -%}
    {%- endif -%}
{%- endmacro %}

{# Weights of a declaration (percent, fractions, whatever is in proportion) as whole numbers. #}
{% macro whole_parts(model, weights) -%}
    {%- set found = namespace(parts=none) -%}
    {%- for power in range(7) if found.parts is none -%}
        {%- set parts = {} -%}
        {%- for name, weight in weights.items() -%}
            {%- set scaled = weight * 10 ** power -%}
            {%- if weight >= 0 and (scaled - scaled | round | int) | abs < 1e-9 -%}
                {%- do parts.update({name: scaled | round | int}) -%}
            {%- endif -%}
        {%- endfor -%}
        {%- if parts | length == weights | length -%}
            {%- set found.parts = parts -%}
        {%- endif -%}
    {%- endfor -%}
    {%- if found.parts is none -%}
        {%- do refuse_declaration(
            model, 'needs weights of at least 0 with at most six decimals: ' ~ weights
        ) -%}
    {%- endif -%}
    {{ return(found.parts) }}
{%- endmacro %}

{# A column of a wide table of weights or credits (`weight`, `amount`); null where nobody declares
   the model. #}
{% macro model_column(relation, name, column) -%}
    {%- if name in attribution_models() | map(attribute='name') -%}
        {{ relation }}.{{ name }}__{{ column }}
    {%- else -%}
        cast(null as {{ 'double' if column == 'weight' else 'decimal(18, 2)' }})
    {%- endif -%}
{%- endmacro %}
