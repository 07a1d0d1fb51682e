using System.Diagnostics.CodeAnalysis;

namespace KestrelL4.Authority;

/// <summary>What came of a request: what was asked for, or why it is refused.</summary>
internal readonly struct Answer<T>
    where T : class
{
    private Answer(T? value, Refusal? refusal)
    {
        Value = value;
        Refusal = refusal;
    }

    /// <summary>What was asked for; null when it is refused.</summary>
    public T? Value { get; }

    /// <summary>Why it is refused; null when it is not.</summary>
    public Refusal? Refusal { get; }

    /// <summary>Whether it was done.</summary>
    [MemberNotNullWhen(true, nameof(Value))]
    [MemberNotNullWhen(false, nameof(Refusal))]
    public bool IsDone => Refusal is null;

    /// <summary>It was done.</summary>
    public static implicit operator Answer<T>(T value) => new(value, null);

    /// <summary>It is refused.</summary>
    public static implicit operator Answer<T>(Refusal refusal) => new(null, refusal);
}
