namespace KestrelL4.Server.Ports;

/// <summary>Somebody who serves connections at an address: an application, or the admin endpoint.</summary>
internal interface IListening
{
    /// <summary>The key that names the address.</summary>
    string KeyPath { get; }

    /// <summary>The address it listens at now; null = at none.</summary>
    BoundAddress? Bound { get; }

    /// <summary>Listens at a bound address; nothing happens where it does already.</summary>
    Task ListenAsync(BoundAddress bound);

    /// <summary>Stops accepting at once; connections go on.</summary>
    void StopListening();
}
