namespace KestrelL4.Server.Agent.Contact;

/// <summary>How far one attempt has come, so that a time-out can say what it waited for.</summary>
internal sealed class AttemptStage
{
    private static readonly HttpRequestOptionsKey<AttemptStage> Key = new(nameof(AttemptStage));

    private volatile Stage _stage;

    /// <summary>How far.</summary>
    public Stage Reached => _stage;

    /// <summary>The stage of a request's attempt; null when it is none of ours.</summary>
    public static AttemptStage? Of(HttpRequestMessage request) => request.Options.TryGetValue(Key, out AttemptStage? stage) ? stage : null;

    /// <summary>Begins to note how far a request has come.</summary>
    public static AttemptStage Begin(HttpRequestMessage request)
    {
        var stage = new AttemptStage();
        request.Options.Set(Key, stage);
        return stage;
    }

    /// <summary>Takes note that a stage has begun.</summary>
    public void Pass(Stage stage) => _stage = stage;
}

/// <summary>The stages of an attempt.</summary>
internal enum Stage
{
    /// <summary>Nothing is known: a connection of another attempt is used, or waited for.</summary>
    Unknown,

    /// <summary>A connection is being opened, the look-up of its name included.</summary>
    Dialling,

    /// <summary>There is a connection, and TLS begins, or the proxy is asked first.</summary>
    ShakingHands,

    /// <summary>TLS is up, and the question is asked.</summary>
    Asking,
}
