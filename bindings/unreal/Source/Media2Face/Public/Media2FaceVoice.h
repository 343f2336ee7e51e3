#pragma once

#include "CoreMinimal.h"
#include "Components/SynthComponent.h"
#include "Sound/SoundGenerator.h"

#include <memory>

#include "Media2FaceVoice.generated.h"

struct FMedia2FacePort;

/** What is heard of a character that speaks pushed sound: a source of one channel in the world, delayed until the face is ready. */
UCLASS(ClassGroup = (media2face), meta = (BlueprintSpawnableComponent))
class MEDIA2FACE_API UMedia2FaceVoice : public USynthComponent
{
	GENERATED_BODY()

public:
	UMedia2FaceVoice(const FObjectInitializer& ObjectInitializer);

	/** Where the sound comes from, and its rate in Hz. Before Start. */
	void SetPort(std::shared_ptr<FMedia2FacePort> InPort, int32 InSampleRate);

protected:
	virtual bool Init(int32& SampleRate) override;
	/** What the audio render thread holds in the place of this object. */
	virtual ISoundGeneratorPtr CreateSoundGenerator(const FSoundGeneratorInitParams& InParams) override;

private:
	std::shared_ptr<FMedia2FacePort> Port;
	int32 VoiceSampleRate = 48000;
};
