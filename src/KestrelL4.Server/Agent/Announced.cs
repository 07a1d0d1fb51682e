namespace KestrelL4.Server.Agent;

/// <summary>A value that is replaced whole, and tells when it is another. Safe to use from any thread.</summary>
/// <param name="first">The value that it begins with.</param>
internal sealed class Announced<T>(T first)
    where T : class
{
    private readonly Lock _changing = new();
    private T _value = first;

    /// <summary>The value.</summary>
    public T Value => Volatile.Read(ref _value);

    /// <summary>The value is another. Raised by one thread at a time; the next change waits for its handlers.</summary>
    public event Action? Changed;

    /// <summary>Replaces the value by what a function makes of it; one that equals it is no change.</summary>
    public void Change(Func<T, T> next)
    {
        lock (_changing)
        {
            T changed = next(_value);
            if (!changed.Equals(_value))
            {
                Volatile.Write(ref _value, changed);
                Changed?.Invoke();
            }
        }
    }
}
