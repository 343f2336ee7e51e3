#pragma once

#include "CoreMinimal.h"
#include "Animation/AnimNodeBase.h"

#include "AnimNode_Media2Face.generated.h"

class UMedia2FaceComponent;

/**
 * Adds the curves of the actor's media2face component to a pose: ARKit's names, so put it before the ARKit pose mapping of a MetaHuman
 * (mh_arkit_mapping_pose).
 */
USTRUCT(BlueprintInternalUseOnly)
struct MEDIA2FACE_API FAnimNode_Media2Face : public FAnimNode_Base
{
	GENERATED_BODY()

	UPROPERTY(EditAnywhere, BlueprintReadWrite, Category = Links)
	FPoseLink Source;

	/** 0 leaves the pose's curves as they are, 1 puts the face in their place. */
	UPROPERTY(EditAnywhere, BlueprintReadWrite, Category = Settings, meta = (PinShownByDefault, ClampMin = "0", ClampMax = "1"))
	float Alpha = 1;

	/** Also the nine angles, HeadYaw to RightEyeRoll, in radians. */
	UPROPERTY(EditAnywhere, BlueprintReadWrite, Category = Settings)
	bool bAngles = true;

	virtual void Initialize_AnyThread(const FAnimationInitializeContext& Context) override;
	virtual void CacheBones_AnyThread(const FAnimationCacheBonesContext& Context) override;
	virtual void Update_AnyThread(const FAnimationUpdateContext& Context) override;
	virtual void Evaluate_AnyThread(FPoseContext& Output) override;
	virtual void GatherDebugData(FNodeDebugData& DebugData) override;
	virtual bool HasPreUpdate() const override { return true; }
	/** On the game thread: copies the values that a worker thread then adds. */
	virtual void PreUpdate(const UAnimInstance* InAnimInstance) override;

private:
	TWeakObjectPtr<const UMedia2FaceComponent> Component;
	TArray<FName> Names;
	TArray<float> Values;
};
