/** An agent to begin with: `actors/agent/examples/device-notes.json`, word for word, which the page cannot read. */
export const AGENT_EXAMPLE = `{
  "name": "Device notes",
  "description": "Writes down each device that is plugged in, and whether it was here before.",
  "config": {
    "graph": {
      "triggers": [{ "type": "device", "on": "attached" }],
      "nodes": [
        {
          "id": "plugged",
          "type": "condition",
          "if": { "value": "{{trigger.device}}", "is": "present" },
          "then": "describe"
        },
        {
          "id": "describe",
          "type": "plugin",
          "plugin": "device-describer",
          "function": "describe",
          "input": { "device": "{{trigger.device}}" },
          "next": "earlier"
        },
        { "id": "earlier", "type": "search", "query": "{{trigger.device.id}}", "limit": 1, "next": "known" },
        {
          "id": "known",
          "type": "condition",
          "if": {
            "value": "{{earlier.output.memories[0].metadata.device}}",
            "is": "equal",
            "to": "{{trigger.device.id}}"
          },
          "then": "again",
          "else": "first"
        },
        {
          "id": "first",
          "type": "remember",
          "text": "New here: {{describe.output.sentence}}. Device {{trigger.device.id}}.",
          "metadata": {
            "device": "{{trigger.device.id}}",
            "class": "{{describe.output.class}}",
            "at": "{{run.startedAt}}",
            "known": false
          }
        },
        {
          "id": "again",
          "type": "remember",
          "text": "Here again: {{describe.output.sentence}}. Device {{trigger.device.id}}, noted before on {{earlier.output.memories[0].metadata.at}}.",
          "metadata": {
            "device": "{{trigger.device.id}}",
            "class": "{{describe.output.class}}",
            "at": "{{run.startedAt}}",
            "known": true
          }
        }
      ]
    }
  }
}
`;
