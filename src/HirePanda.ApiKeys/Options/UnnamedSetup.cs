using Microsoft.Extensions.Options;

namespace HirePanda.ApiKeys;

/// <summary>
/// Applies a setup without a name to the scheme. A host has only one API key scheme, so
/// <c>services.Configure&lt;ApiKeyOptions&gt;(…)</c> can only mean this scheme. The framework would ignore the setup.
/// </summary>
internal static class UnnamedSetup
{
    private const string Scheme = ApiKeyDefaults.AuthenticationScheme;
    private static readonly string _unnamed = Microsoft.Extensions.Options.Options.DefaultName;

    public static IConfigureOptions<ApiKeyOptions> ForScheme(IConfigureOptions<ApiKeyOptions> setup) => setup switch
    {
        IConfigureNamedOptions<ApiKeyOptions> named => IsUnnamed(setup)
            ? new ConfigureNamedOptions<ApiKeyOptions>(Scheme, options => named.Configure(_unnamed, options))
            : setup,
        _ => new ConfigureNamedOptions<ApiKeyOptions>(Scheme, setup.Configure),
    };

    public static IPostConfigureOptions<ApiKeyOptions> ForScheme(IPostConfigureOptions<ApiKeyOptions> setup)
        => IsUnnamed(setup)
            ? new PostConfigureOptions<ApiKeyOptions>(Scheme, options => setup.PostConfigure(_unnamed, options))
            : setup;

    public static IValidateOptions<ApiKeyOptions> ForScheme(IValidateOptions<ApiKeyOptions> validation)
        => IsUnnamed(validation) ? new Validation(validation) : validation;

    /// <summary>
    /// Determines whether a setup is a type of the framework with an empty name. The setups with services have no common base
    /// type, so reflection reads their name. A host's own type gets the scheme's name and decides for itself.
    /// </summary>
    private static bool IsUnnamed(object setup)
        => setup.GetType() is { Namespace: "Microsoft.Extensions.Options" } type
            && type.GetProperty(nameof(ConfigureNamedOptions<>.Name))?.GetValue(setup) is "";

    private sealed class Validation(IValidateOptions<ApiKeyOptions> inner) : IValidateOptions<ApiKeyOptions>
    {
        public ValidateOptionsResult Validate(string? name, ApiKeyOptions options)
            => name == Scheme ? inner.Validate(_unnamed, options) : ValidateOptionsResult.Skip;
    }
}
