namespace KestrelL4;

/// <summary>Which way bytes went, as seen from the client's side of the node.</summary>
internal enum Direction
{
    /// <summary>From the client.</summary>
    Received,

    /// <summary>To the client.</summary>
    Sent,
}
