using System.Net.Sockets;

namespace KestrelL4.Server.Transport;

/// <summary>Whether a listener may go on accepting; one for clients, who must leave something, and one for the admin endpoint, for which it is left.</summary>
internal interface IAdmission
{
    /// <summary>Why the connection just accepted is to wait, and those behind it; null = it is not.</summary>
    AcceptWait? WaitAfter(Socket accepted);

    /// <summary>Why it is to wait still; null = no longer.</summary>
    AcceptWait? StillWaits();

    /// <summary>A listener waits for its next look.</summary>
    void Note(AcceptWait wait);
}
