using System.ComponentModel;

namespace HirePanda.ApiKeys.Dashboard.Components;

/// <summary>Examples of a call. They read the secret from the environment.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class Snippets
{
    /// <summary>Gets the examples by language.</summary>
    /// <param name="variable">The name of the environment variable.</param>
    /// <param name="url">The address to call.</param>
    public static IReadOnlyList<KeyValuePair<string, string>> Create(string variable, string url) =>
    [
        new("curl", $"""
            curl -H "Authorization: Bearer ${variable}" {url}
            """),
        new("Node.js", $$"""
            const response = await fetch("{{url}}", {
              headers: { Authorization: `Bearer ${process.env.{{variable}}}` },
            });
            """),
        new("Python", $$"""
            import os
            import requests

            response = requests.get(
                "{{url}}",
                headers={"Authorization": f"Bearer {os.environ['{{variable}}']}"},
            )
            """),
        new("Ruby", $$"""
            require "net/http"

            response = Net::HTTP.get_response(
              URI("{{url}}"), { "Authorization" => "Bearer #{ENV.fetch("{{variable}}")}" })
            """),
        new("PHP", $$"""
            $request = curl_init("{{url}}");
            curl_setopt($request, CURLOPT_HTTPHEADER, ["Authorization: Bearer " . getenv("{{variable}}")]);
            curl_setopt($request, CURLOPT_RETURNTRANSFER, true);
            $response = curl_exec($request);
            """),
    ];
}
