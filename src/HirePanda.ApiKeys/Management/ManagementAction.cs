using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace HirePanda.ApiKeys;

/// <summary>Names what a management endpoint does, and records in the audit whom the endpoint's policy refused.</summary>
/// <param name="name">The action as the audit names it, such as <c>key.create</c>.</param>
internal sealed class ManagementAction(string name) : IRefusalObserver
{
    private const string KeyActions = "key.";

    public async Task RefusedAsync(HttpContext context)
    {
        var services = context.RequestServices;
        try
        {
            var resolver = services.GetRequiredService<IApiKeyActorResolver>();
            if (await resolver.ResolveAsync(context, context.RequestAborted).ConfigureAwait(false)
                is { Workspace.Length: > 0 } actor)
            {
                var keyId = name.StartsWith(KeyActions, StringComparison.Ordinal) ? context.GetRouteValue("id") as string : null;
                actor = actor with { Address = context.Connection.RemoteIpAddress };
                await services.GetRequiredService<RefusalAudit>().RecordAsync(actor, name, keyId).ConfigureAwait(false);
            }
        }
#pragma warning disable CA1031 // The caller is refused, whatever becomes of the entry.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            Log.RefusalNotAudited(services.GetRequiredService<ILogger<ApiKeyManager>>(), exception, name);
        }
    }
}
