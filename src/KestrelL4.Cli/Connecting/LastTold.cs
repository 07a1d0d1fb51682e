namespace KestrelL4.Cli.Connecting;

/// <summary>Tells what goes wrong once, and again only when something else did meanwhile or some time has passed.</summary>
/// <remarks>A program whose server is away tries again and again, many times a second.</remarks>
/// <param name="tell">Where it is told.</param>
/// <param name="time">The clock.</param>
internal sealed class LastTold(Action<string> tell, TimeProvider time)
{
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(10);

    private readonly Lock _lock = new();
    private string? _text;
    private long _at;

    /// <summary>Tells, from any thread.</summary>
    public void Tell(string text)
    {
        lock (_lock)
        {
            if (text != _text || time.GetElapsedTime(_at) >= Silence)
            {
                (_text, _at) = (text, time.GetTimestamp());
                tell(text);
            }
        }
    }
}
