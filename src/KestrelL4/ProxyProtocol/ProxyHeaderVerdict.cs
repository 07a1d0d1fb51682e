namespace KestrelL4.ProxyProtocol;

/// <summary>What the first bytes of a connection are, taken as a PROXY header.</summary>
public enum ProxyHeaderVerdict
{
    /// <summary>They can still become one when more of them come.</summary>
    Incomplete,

    /// <summary>They are none, whatever may follow.</summary>
    Invalid,

    /// <summary>They begin with a whole one.</summary>
    Complete,
}
