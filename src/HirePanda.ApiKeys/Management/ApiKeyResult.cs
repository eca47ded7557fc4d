using System.Diagnostics.CodeAnalysis;

namespace HirePanda.ApiKeys;

/// <summary>The result of a management call: a value, or the failure that says why there is none.</summary>
/// <typeparam name="T">The type of the value.</typeparam>
public sealed class ApiKeyResult<T>
{
    private ApiKeyResult(T? value, ApiKeyFailure? failure) => (Value, Failure) = (value, failure);

    /// <summary>Gets the value, or the default of its type if the call failed.</summary>
    public T? Value { get; }

    /// <summary>Gets the failure, or null if the call succeeded.</summary>
    public ApiKeyFailure? Failure { get; }

    /// <summary>Gets a value that indicates whether the call succeeded.</summary>
    [MemberNotNullWhen(true, nameof(Value))]
    [MemberNotNullWhen(false, nameof(Failure))]
    public bool Succeeded => Failure is null;

    /// <summary>Creates the result of a call that succeeded, also for interfaces, which C# does not convert implicitly.</summary>
    internal static ApiKeyResult<T> Success(T value) => new(value, null);

    /// <summary>Creates the result of a call that succeeded.</summary>
    /// <param name="value">The value.</param>
    public static implicit operator ApiKeyResult<T>(T value) => new(value, null);

    /// <summary>Creates the result of a call that failed.</summary>
    /// <param name="failure">The failure.</param>
    public static implicit operator ApiKeyResult<T>(ApiKeyFailure failure) => new(default, failure);
}

/// <summary>A page of a list.</summary>
/// <typeparam name="T">The type of the items.</typeparam>
public sealed class ApiKeyPage<T>
{
    /// <summary>Gets the items, newest first.</summary>
    public required IReadOnlyList<T> Items { get; init; }

    /// <summary>Gets the cursor of the next page, or null if this is the last page.</summary>
    public string? NextCursor { get; init; }
}
