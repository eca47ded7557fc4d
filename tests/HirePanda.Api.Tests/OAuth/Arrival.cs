using System.Security.Claims;
using Microsoft.AspNetCore.Authentication;

namespace HirePanda.Api.Tests;

/// <summary>Tells when the server has authenticated a credential.</summary>
internal sealed class Arrival : IClaimsTransformation
{
    public TaskCompletionSource Next { get; set; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task<ClaimsPrincipal> TransformAsync(ClaimsPrincipal principal)
    {
        Next.TrySetResult();
        return Task.FromResult(principal);
    }
}
