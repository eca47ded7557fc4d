using System.ComponentModel;

namespace HirePanda.ApiKeys.Dashboard.Components;

/// <summary>A change of the whitelist that a form asks for.</summary>
/// <param name="Path">The address below the dashboard that the form is sent to.</param>
/// <param name="Mode">The new mode, or null to keep the mode.</param>
/// <param name="Added">The address or network to add, or null for none.</param>
/// <param name="Removed">The entry to remove, or null for none.</param>
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed record WhitelistChange(string Path, WhitelistMode? Mode, string? Added, string? Removed)
{
    /// <summary>Gets the fields that repeat the change.</summary>
    public IEnumerable<KeyValuePair<string, string>> Fields
    {
        get
        {
            if (Mode is { } mode)
            {
                yield return new("mode", Value(mode));
            }

            if (Added is { } added)
            {
                yield return new("address", added);
            }

            if (Removed is { } removed)
            {
                yield return new("remove", removed);
            }
        }
    }

    /// <summary>Describes the change.</summary>
    public string Describe()
        => string.Join(", ", new[]
        {
            Mode is { } mode ? "mode " + Words(mode) : null,
            Added is { } added ? "add " + added : null,
            Removed is { } removed ? "remove " + removed : null,
        }.OfType<string>());

    /// <summary>Applies the change to the stored settings.</summary>
    /// <param name="stored">The stored settings.</param>
    /// <param name="own">The user's own address to add too, or null for none.</param>
    /// <param name="force">Whether the user may lock itself out.</param>
    public SetAllowlistRequest Apply(ApiKeyWorkspace stored, string? own, bool force)
    {
        ArgumentNullException.ThrowIfNull(stored);
        var mode = Mode ?? ModeOf(stored);
        return new()
        {
            IsEnabled = mode != WhitelistMode.Off,
            IsReportOnly = mode == WhitelistMode.Report,
            Networks =
            [
                .. stored.AllowedNetworks.Where(network => network != Removed),
                .. new[] { Added, own }.OfType<string>(),
            ],
            Force = force,
        };
    }

    /// <summary>Gets the mode of stored settings.</summary>
    public static WhitelistMode ModeOf(ApiKeyWorkspace stored)
    {
        ArgumentNullException.ThrowIfNull(stored);
        return !stored.IsAllowlistEnabled ? WhitelistMode.Off
            : stored.IsAllowlistReportOnly ? WhitelistMode.Report
            : WhitelistMode.On;
    }

    /// <summary>Reads a mode from the value of a field. The result is null if the value is not a mode.</summary>
    public static WhitelistMode? ReadMode(string? value) => value switch
    {
        "off" => WhitelistMode.Off,
        "report" => WhitelistMode.Report,
        "on" => WhitelistMode.On,
        _ => null,
    };

    /// <summary>Gets the value of a mode in a field.</summary>
    public static string Value(WhitelistMode mode) => mode switch
    {
        WhitelistMode.Off => "off",
        WhitelistMode.Report => "report",
        _ => "on",
    };

    /// <summary>Gets the name of a mode.</summary>
    public static string Words(WhitelistMode mode) => mode switch
    {
        WhitelistMode.Off => "Off",
        WhitelistMode.Report => "Report only",
        _ => "On",
    };
}
