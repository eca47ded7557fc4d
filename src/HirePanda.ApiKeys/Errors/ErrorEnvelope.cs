namespace HirePanda.ApiKeys;

/// <summary>The shape of every error, for OpenAPI documents; <see cref="ErrorWriter"/> writes it.</summary>
internal sealed record ErrorEnvelope(ErrorBody Error);

/// <summary>What is in the envelope; details for bad input alone.</summary>
internal sealed record ErrorBody(string Code, string Message, int Status, IReadOnlyList<ApiKeyErrorDetail>? Details);
