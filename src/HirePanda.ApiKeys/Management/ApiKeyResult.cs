using System.Diagnostics.CodeAnalysis;

namespace HirePanda.ApiKeys;

/// <summary>What a management call gave: a value, or the error that its caller is to see.</summary>
/// <typeparam name="T">The value's type.</typeparam>
public sealed class ApiKeyResult<T>
{
    private ApiKeyResult(T? value, ApiKeyError? error) => (Value, Error) = (value, error);

    /// <summary>The value; the default of its type when it went wrong.</summary>
    public T? Value { get; }

    /// <summary>What went wrong; null when nothing did.</summary>
    public ApiKeyError? Error { get; }

    /// <summary>Whether there is a value.</summary>
    [MemberNotNullWhen(true, nameof(Value))]
    [MemberNotNullWhen(false, nameof(Error))]
    public bool Succeeded => Error is null;

    /// <summary>A value.</summary>
    /// <param name="value">The value.</param>
    public static implicit operator ApiKeyResult<T>(T value) => new(value, null);

    /// <summary>An error.</summary>
    /// <param name="error">The error.</param>
    public static implicit operator ApiKeyResult<T>(ApiKeyError error) => new(default, error);
}

/// <summary>A page of keys.</summary>
/// <param name="Items">The keys, newest first.</param>
/// <param name="NextCursor">Where the next page begins; null: this is the last.</param>
public sealed record ApiKeyPage(IReadOnlyList<ApiKey> Items, string? NextCursor);
