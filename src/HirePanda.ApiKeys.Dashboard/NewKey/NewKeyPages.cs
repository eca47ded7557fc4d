using HirePanda.ApiKeys.Dashboard.Components;
using Microsoft.AspNetCore.Http;

namespace HirePanda.ApiKeys.Dashboard;

/// <summary>The form that generates a key.</summary>
internal static class NewKeyPages
{
    private const string Title = "Generate New API Key";

    public static Task<DashboardAnswer> ShowAsync(DashboardRequest request) => Task.FromResult<DashboardAnswer>(
        request.View.CanManage ? Form(request, new KeyInput { Type = DefaultType(request) }, NewValue()) : Refusal.ReadOnly);

    public static async Task<DashboardAnswer> GenerateAsync(DashboardRequest request)
    {
        var input = KeyInputReader.Posted(request);
        var idempotency = request.Field("idempotency") ?? NewValue();
        if (request.Field("preview") is not null)
        {
            return Form(request, input, idempotency);
        }

        var (tier, permissions) = KeyInputReader.Grant(input);
        var (lifetime, end) = KeyInputReader.Expiry(input);
        var issued = await request.Get<ApiKeyManager>().CreateAsync(
            request.Actor,
            new CreateApiKeyRequest
            {
                Name = input.Name,
                Type = input.Type,
                Tier = tier,
                Permissions = permissions,
                ExpiresIn = lifetime,
                ExpiresAt = end,
                AllowedNetworks = KeyInputReader.Lines(input.Networks),
                RateLimits = KeyInputReader.Limits(input.Limits),
                Metadata = KeyInputReader.Metadata(input.Metadata),
                IdempotencyKey = idempotency,
            },
            request.Aborted).ConfigureAwait(false);
        return issued.Failure switch
        {
            null => SecretPages.Show(request, issued.Value!, null),
            { KeyId: { } id } => AlreadyDone.Create("This key is already generated", id),
            { } failure when FormFailure.From(failure, input) is { } form => Form(request, input, idempotency, form),
            { } failure => Refusal.From(failure),
        };
    }

    private static string NewValue() => Guid.NewGuid().ToString("N");

    /// <summary>A name is enough to generate a key, but nobody gets the most powerful type without choosing it.</summary>
    private static string DefaultType(DashboardRequest request)
    {
        var types = request.Get<ApiKeyCatalogReader>().Get(request.Actor).Types;
        var most = types.Select(type => type.EffectivePermissions.Count).DefaultIfEmpty().Max();
        var lesser = types.FirstOrDefault(type => type.EffectivePermissions.Count < most);
        return lesser?.Name ?? (types.Count > 0 ? types[0].Name : "");
    }

    private static PageAnswer Form(DashboardRequest request, KeyInput input, string idempotency, FormFailure? failure = null)
        => PageAnswer.Create<NewKeyPage>(
            failure is null ? Title : "Error: " + Title,
            new KeyFormModel
            {
                Input = input,
                Catalog = request.Get<ApiKeyCatalogReader>().Get(request.Actor),
                Summary = KeySummaries.Create(request, input, null),
                Errors = failure?.Errors ?? [],
                Idempotency = idempotency,
            },
            failure?.Status ?? StatusCodes.Status200OK);
}
