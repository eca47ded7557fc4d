using Microsoft.Extensions.Options;

namespace HirePanda.ApiKeys;

/// <summary>Validates <see cref="RedisApiKeyOptions"/> when the host starts.</summary>
internal sealed class RedisApiKeyOptionsValidator : IValidateOptions<RedisApiKeyOptions>
{
    private const int MaxPrefixLength = 200;

    public ValidateOptionsResult Validate(string? name, RedisApiKeyOptions options)
    {
        List<string> errors = [];
        if (options.Timeout < TimeSpan.FromMilliseconds(1) || options.Timeout > TimeSpan.FromSeconds(1))
        {
            errors.Add($"Redis Timeout must be from 1 ms to 1 s, not {options.Timeout}.");
        }

        if (!Enum.IsDefined(options.DegradationMode))
        {
            errors.Add($"Redis DegradationMode {options.DegradationMode} does not exist.");
        }

        if (options.KeyPrefix is not { Length: > 0 and <= MaxPrefixLength })
        {
            errors.Add($"Redis KeyPrefix must have 1 to {MaxPrefixLength} characters.");
        }

        return errors.Count > 0 ? ValidateOptionsResult.Fail(errors) : ValidateOptionsResult.Success;
    }
}
